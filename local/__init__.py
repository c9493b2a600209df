"""The whole stack on one machine, without Docker or an AWS account. Product code knows nothing of it."""
