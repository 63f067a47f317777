"""What an archive room is, as pure facts and decisions: no IO, no clock, no threads, standard library only."""
