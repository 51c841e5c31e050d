"""The five jobs as a Django programmer writes them: querysets, templates, the sign-in decorator."""

import unicodedata

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.db.models import Count
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from .models import Dossier, Flow


def fold(text):
    plain = unicodedata.normalize("NFD", text.lower().replace("đ", "d"))
    return "".join(char for char in plain if not unicodedata.combining(char))


@login_required
def listing(request):
    rows = Dossier.objects.filter(unit__parent__code=request.GET["unit"], state=request.GET["state"])
    return render(request, "list.html", {"rows": rows.select_related("unit").order_by("-since")[:50]})


@login_required
def one(request, number):
    dossier = get_object_or_404(Dossier.objects.select_related("unit"), pk=number)
    history = dossier.history.select_related("history_user").all()
    return render(request, "one.html", {"dossier": dossier, "history": history})


class MoveForm(forms.Form):
    """What an act is recorded with: the version somebody saw, a key that makes it once, its day, why."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    act_key = forms.CharField(max_length=64, widget=forms.HiddenInput)
    happened_on = forms.DateField(input_formats=["%d/%m/%Y"])
    reason = forms.CharField(max_length=2000, widget=forms.Textarea)


@login_required
@require_POST
def move(request, number):
    form = MoveForm(request.POST)
    if not form.is_valid():
        return render(request, "move.html", {"form": form}, status=422)
    with transaction.atomic():
        dossier = get_object_or_404(Dossier.objects.select_for_update(), pk=number)
        if dossier.version != form.cleaned_data["version"]:
            form.add_error(None, "Somebody else acted meanwhile.")
            return render(request, "move.html", {"form": form}, status=409)
        dossier.version += 1
        dossier.act_key, dossier.since = form.cleaned_data["act_key"], form.cleaned_data["happened_on"]
        dossier._change_reason = form.cleaned_data["reason"][:100]
        flow = Flow(dossier)
        flow.resume() if dossier.state == "paused" else flow.pause()
    messages.success(request, "The act was recorded.")
    return redirect("one", number)


@login_required
def search(request):
    rows = Dossier.objects.filter(folded__icontains=fold(request.GET["q"])).select_related("unit").order_by("name")[:50]
    return render(request, "list.html", {"rows": rows})


@login_required
def report(request):
    rows = (
        Dossier.objects.values("unit__parent__code", "state")
        .annotate(n=Count("id"))
        .order_by("unit__parent__code", "state")
    )
    return render(request, "report.html", {"rows": rows})
