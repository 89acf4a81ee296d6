"""Web: webhooks over HTTP. Needs the `web` extra only to be served (`web.serve`); `web.webhooks` is plain ASGI."""
