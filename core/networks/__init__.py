"""Networks as data, not Keras: layers that answer everything about themselves, their sizes, how they are drawn.

`core.nn.layers.build` makes the Keras model of a network; nothing here imports Keras.
"""
