"""Chat: the lines of visitors over HTTP: sockets, streams, posts, files. Plain ASGI; see docs/webchat.md."""
