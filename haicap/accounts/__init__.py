"""Who may do what, for whom, today: sign-in of staff and citizens, posts, duties, delegation."""
