"""Money the city asks for: what is owed, what came in, went back or was forgiven, told daily."""
