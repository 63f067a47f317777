"""What people do with the archive room, without a screen: one file for each group of commands."""
