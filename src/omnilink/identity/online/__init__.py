"""The online resolver: who took part, decided while it happens, explained, and undone exactly.

`observation` says what one participant showed; `Directory` holds what was seen; `OnlineResolver` decides. The people
it finds are a function of the observations and the human decisions it holds, whatever their order.
"""
