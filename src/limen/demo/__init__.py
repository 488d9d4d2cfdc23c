"""The demo catalogue of `make demo`: a house for furniture and light, with people and connections at work."""

from limen.demo.loading import DemoResult as DemoResult
from limen.demo.loading import load as load
