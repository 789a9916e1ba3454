"""The processes of this machine behind the backend `local`: a queue, its supervisor, and one worker at a time."""
