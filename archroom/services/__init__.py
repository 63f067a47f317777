"""What people do with the archive: look, decide with core, act through ports, leave events. No IO of its own."""
