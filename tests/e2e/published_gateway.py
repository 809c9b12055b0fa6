"""One valid request for every published operation of the gateway."""

from typing import Any

from services.chassis.clock import Clock
from services.chassis.identity.clients import INTERNAL_CLIENT, client_credentials_form
from services.gateway.bootstrap import TOKEN_AUDIENCE
from tests.support.published import PublishedApp, Valid


class GatewayScript:
    """Walks through the gateway's API as a program and an operator do."""

    def __init__(self, published: PublishedApp, *, client_jwk: dict[str, Any], clock: Clock) -> None:
        self.published = published
        self.client_jwk = client_jwk
        self.clock = clock
        self.reached: set[str] = set()

    def run(self) -> None:
        """Reach every operation once."""
        self.send("GET /api/directory/v1/jwks.json")
        self.token()
        self.send("POST /api/directory/v1/set-up-links")
        units = self.send("GET /api/directory/v1/units", query={"as_of": "2021-06-18"}).json()["items"]
        self.send("GET /api/directory/v1/units/{unit_id}", path={"unit_id": units[0]["id"]})
        unit = {"kind": "department", "name_en": "New Division", "names_vi": [{"name": "Phòng mới"}]}
        self.send("PUT /api/directory/v1/units/{unit_id}", path={"unit_id": "phong-moi"}, body=unit)
        self.people()
        self.clients()
        self.send("GET /api/directory/v1/business-time")
        self.send("PUT /api/directory/v1/business-time", body={"at": "2100-01-01T08:00:00+07:00"})
        self.send("GET /api/reporting/v1/counter-results", query={"as_of": "2021-06-18"})
        self.send("GET /api/reporting/v1/counter-results/figures.csv")
        self.send("GET /api/reporting/v1/fleet")

    def people(self) -> None:
        """Let people come, hold roles, let others act for them, and go."""
        at = "/api/directory/v1/people"
        held = {"role": "unit_head", "unit_id": "xa-binh-an", "from": "2021-01-01"}
        first, second = (
            self.send(
                f"POST {at}",
                body={"user_name": name, "display_name": name, "appointments": [held]},
            ).json()["person_id"]
            for name in ("nguyen.van.an", "tran.thi.binh")
        )
        person, numbered = {"person_id": first}, {"person_id": first, "n": 1}
        self.send(f"GET {at}")
        self.send(f"GET {at}/{{person_id}}", path=person)
        self.send(f"POST {at}/{{person_id}}/set-up-links", path=person)
        self.send(f"POST {at}/{{person_id}}/appointments", path=person, body=held | {"role": "unit_clerk"})
        lent = held | {"to_person_id": second, "to": "2021-12-31"}
        self.send(f"POST {at}/{{person_id}}/delegations", path=person, body=lent)
        self.send(f"POST {at}/{{person_id}}/delegations/{{n}}/ending", path=numbered, body={"on": "2021-07-01"})
        self.send(f"POST {at}/{{person_id}}/appointments/{{n}}/ending", path=numbered, body={"on": "2021-07-01"})
        self.send(f"POST {at}/{{person_id}}/erasure", path=person)

    def clients(self) -> None:
        """Let a program come and go."""
        at = "/api/directory/v1/clients"
        wanted = {"client_id": "so-noi-vu", "name": "Sở Nội vụ", "scopes": ["streams:read"]}
        self.send(f"POST {at}", body=wanted)
        self.send(f"GET {at}")
        self.send(f"POST {at}/{{client_id}}/revocation", path={"client_id": "so-noi-vu"})

    def token(self) -> None:
        """Get an access token as a program does."""
        form = client_credentials_form(
            self.client_jwk, client_id=INTERNAL_CLIENT, audience=TOKEN_AUDIENCE, clock=self.clock
        )
        self.send("POST /api/directory/v1/token", body=form, media_type="application/x-www-form-urlencoded")

    def send(self, operation: str, **parts: Any) -> Any:
        """Send as an operator."""
        self.reached.add(operation)
        return self.published.send(Valid(operation=operation, **parts), "operator")
