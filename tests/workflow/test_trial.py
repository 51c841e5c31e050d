"""What another rulebook would mean for a dossier: found for every kind of change, and found alike by asking both in full."""

from datetime import date

import msgspec
import pytest

from tests.workflow.helpers import CALENDAR, ROUTES_OF
from workflow.facts import DossierFacts
