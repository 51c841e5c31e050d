"""Acting on a dossier: the forms of acts and the road of one act."""
