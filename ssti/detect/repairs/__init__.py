"""What to do about poison: repairs of rows (`data`), of a trained adapter (`adapter`) and of the next training (`training`).

Each way is a file in one of these, which registers itself.
"""
