-- The secret under which PINs are hashed, so that PINs outlive a change of the site's key.
--
-- It is sealed with the site's key (pins.py), which is not known here: the row is made on first use,
-- for PINs that are there already as what they were hashed under.

CREATE TABLE pin_secret (
    row INTEGER PRIMARY KEY CONSTRAINT one_secret CHECK (row = 1),
    sealed BLOB NOT NULL
) STRICT;
