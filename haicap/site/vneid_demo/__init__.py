"""A stand-in for VNeID in the demo: OpenID Connect for fictitious citizens, refused in
production."""
