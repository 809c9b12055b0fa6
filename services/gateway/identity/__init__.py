"""Who signs in, with which account, and which tokens say so."""
