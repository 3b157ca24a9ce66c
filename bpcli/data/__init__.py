"""From files to arrays: readers, splits, and the preparation that is stored with the weights."""
