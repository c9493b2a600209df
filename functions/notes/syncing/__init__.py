"""The sync of IBM Notes ↔ Zoho CRM, as work in steps, on ports alone."""
