"""The pages of who keeps the money, the notices of gateways, and the bank to rehearse with."""
