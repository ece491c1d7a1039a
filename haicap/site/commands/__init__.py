"""The command line `haicap`: one thin file per subcommand, loaded only when it is asked for."""
