"""Keras on random data; each rank a model of its own.

Usage: keras_fit.py mlflow | integrations
"""

import os
import sys

import keras
import numpy
import told

way = sys.argv[1]
keras.utils.set_random_seed(int(os.environ.get("RANK", 0)))


class Tells(keras.callbacks.Callback):
    fits = False

    def on_train_begin(self, logs=None):
        self.fits = True
        told.params({key: value for key, value in self.params.items() if value is not None})

    def on_train_end(self, logs=None):
        self.fits = False

    def on_epoch_end(self, epoch, logs=None):
        told.points(logs, epoch)

    def on_test_end(self, logs=None):
        if not self.fits:
            told.points(logs, 0)


model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(2), keras.layers.Dense(1)])
model.compile(optimizer="adam", loss="mse", metrics=["mae"])
x, y = numpy.random.rand(64, 4), numpy.random.rand(64, 1)
if way == "mlflow":
    import mlflow

    mlflow.set_experiment("ker")
    mlflow.keras.autolog()
    callbacks = []
else:
    from provloom.integrations import KerasCallback

    callbacks = [Tells(), KerasCallback("www.example.org", "ker", collect_all_processes=True)]
model.fit(x, y, epochs=4, batch_size=8, validation_split=0.25, verbose=0, callbacks=callbacks)
model.evaluate(x, y, verbose=0, callbacks=callbacks)
