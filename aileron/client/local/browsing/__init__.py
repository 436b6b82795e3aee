"""Looking into dataset versions quickly, in a server that loads no PyArrow and no Pillow.

`index` answers which samples there are, from SQLite; `build` makes that index, once per version;
`worker` is the process that reads pictures, recordings and rows; `files` keeps what was made,
within limits. All of it is a cache: it may be deleted at any time.
"""
