"""The code that makes the models of models/. voicecli itself never imports it."""
