"""The partition is a function of what was seen and what humans said: no order, no trace of what was taken out."""

import importlib.util
import random
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from omnilink.identity.online.directory import HumanDecision
from omnilink.identity.online.observation import Observation
from omnilink.identity.online.resolver import OnlineResolver
from omnilink.identity.online.weights import Weights, default_weights
