"""Two nouns through time: Territory (đơn vị hành chính) and Agency (cơ quan)."""
