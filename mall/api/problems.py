"""Every error of the API is a problem document (RFC 9457): type, title, status, detail, ``errors`` for bad fields."""

from django.core.exceptions import PermissionDenied
from django.core.exceptions import ValidationError as ModelValidationError
from django.http import Http404
from rest_framework import exceptions
from rest_framework.response import Response
from rest_framework.views import set_rollback

from mall.refusals import Refusal

CONTENT_TYPE = "application/problem+json"


def problem(*, code: str, status: int, detail: str, **extra) -> Response:
    """A problem document. ``code`` is stable and names the kind; ``detail`` is for the person who asked."""
    body = {"type": f"about:blank#{code}", "title": code, "status": status, "detail": detail, **extra}
    return Response(body, status=status, content_type=CONTENT_TYPE)


def handler(error: Exception, context: dict) -> Response | None:
    """Django REST framework's exception handler: refusals and bad input in one shape; anything else is a fault."""
    set_rollback()
    if isinstance(error, Refusal):
        return problem(code=error.code, status=error.status, detail=str(error), **error.details)
    if isinstance(error, Http404):
        error = exceptions.NotFound()
    if isinstance(error, PermissionDenied):
        error = exceptions.PermissionDenied()
    if isinstance(error, ModelValidationError):
        return problem(code="invalid", status=400, detail=" ".join(error.messages))
    if isinstance(error, exceptions.ValidationError):
        return problem(code="invalid", status=400, detail="", errors=error.detail)
    if isinstance(error, exceptions.APIException):
        response = problem(code=error.default_code, status=error.status_code, detail=str(error.detail))
        for header, value in (
            (getattr(error, "auth_header", None) and {"WWW-Authenticate": error.auth_header}) or {}
        ).items():
            response[header] = value
        if wait := getattr(error, "wait", None):
            response["Retry-After"] = str(int(wait))
        return response
    return None
