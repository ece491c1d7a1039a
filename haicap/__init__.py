"""HaiCap: the open platform on which a city runs its two-tier local government."""
