"""Addresses of the agencies' API, below ``/evidence/v1/``. None of them carries anything personal."""

from django.urls import path

from beneficiaries.api import views

app_name = "evidence"

urlpatterns = [path("items", views.ItemsView.as_view(), name="items")]
