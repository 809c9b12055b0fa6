"""Who is calling: access tokens of people and programs, signed requests of devices."""

from services.chassis.identity.callers import Appointment, Caller
from services.chassis.identity.device_nonces import DeviceNonces
from services.chassis.identity.device_requests import (
    DeviceVerifier,
    RegisteredDevice,
    SignedRequest,
    load_device_key,
    sign_device_request,
    verify_device_request,
    verify_new_key,
)
from services.chassis.identity.tokens import TokenSigner, TokenVerifier

__all__ = [
    "Appointment",
    "Caller",
    "DeviceNonces",
    "DeviceVerifier",
    "RegisteredDevice",
    "SignedRequest",
    "TokenSigner",
    "TokenVerifier",
    "load_device_key",
    "sign_device_request",
    "verify_device_request",
    "verify_new_key",
]
