"""What all of Sincronia's integrations share. Knows no integration by name."""
