"""Data from elsewhere: URLs, buckets, FTP and WebHDFS servers, server paths, databases, uploads.

`spec` says what may stand in a dataset's definition, `connections` what an administrator
allows, `fetch` brings the bytes to this machine. Steps never come here: what is fetched
becomes a SOURCE artifact first.
"""
