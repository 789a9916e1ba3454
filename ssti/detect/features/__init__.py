"""The families of features, a file each: a new one registers itself by being here."""
