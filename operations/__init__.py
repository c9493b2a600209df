"""Commands of whoever deploys Sincronia, against a stack that stands."""
