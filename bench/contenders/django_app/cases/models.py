"""The same job in Django: a unit, a dossier with viewflow.fsm, its history by django-simple-history."""

from django.db import models
from simple_history.models import HistoricalRecords
from viewflow.fsm import State


class Unit(models.Model):
    """A unit under its parent."""

    code = models.CharField(max_length=20, unique=True)
    parent = models.ForeignKey("self", null=True, on_delete=models.PROTECT)


class Dossier(models.Model):
    """A dossier in a state."""

    name = models.CharField(max_length=120)
    folded = models.CharField(max_length=120)
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT)
    state = models.CharField(max_length=40)
    since = models.DateField()
    version = models.IntegerField(default=1)
    act_key = models.CharField(max_length=64, null=True, unique=True)
    history = HistoricalRecords()

    class Meta:
        indexes = [models.Index(fields=["unit", "state", "-since"]), models.Index(fields=["state", "-since"])]


class Flow:
    """The one act of the benchmark, as viewflow.fsm has it."""

    states = ("listed", "paused", "sourced", "nominated", "enrolled", "trained", "applying", "verifying", "verified",
              "cell_review", "awaiting_decision", "probationary", "official")  # fmt: skip
    stage = State(states, default="sourced")

    def __init__(self, dossier):
        self.dossier = dossier

    @stage.setter()
    def _set(self, value):
        self.dossier.state = value

    @stage.getter()
    def _get(self):
        return self.dossier.state

    @stage.transition(source={s for s in states if s != "paused"}, target="paused")
    def pause(self):
        pass

    @stage.transition(source="paused", target="listed")
    def resume(self):
        pass

    @stage.on_success()
    def _done(self, descriptor, source, target):
        self.dossier.save()
