"""Every route of every app says who may call it, and every published operation says what it may answer."""

import pytest

from services.chassis.http.routes import routes_without_guard
from services.chassis.identity import TokenVerifier
from tests.support.gateway import a_gateway
from tests.support.product_apps import a_survey_app, an_indicators_app
from tests.support.tasks import a_tasks_rig


def _no_keys():
    return {"keys": []}


@pytest.fixture(scope="module")
def apps(tmp_path_factory):
    survey_app, survey = a_survey_app(tmp_path_factory.mktemp("survey"), TokenVerifier(_no_keys))
    gateway = a_gateway(tmp_path_factory.mktemp("gateway"), with_pack=False)
    indicators_app, indicators = an_indicators_app(tmp_path_factory.mktemp("indicators"), TokenVerifier(_no_keys))
    tasks = a_tasks_rig(tmp_path_factory.mktemp("tasks"))
    yield {"tasks": tasks.app, "survey": survey_app, "gateway": gateway.gateway.app, "indicators": indicators_app}
    survey.close()
    tasks.close()
    indicators.close()
    gateway.close()


@pytest.mark.parametrize("name", ["survey", "tasks", "indicators", "gateway"])
def test_every_route_has_a_guard(apps, name):
    assert routes_without_guard(apps[name]) == []


@pytest.mark.parametrize(
    ("name", "service"),
    [
        ("survey", "survey"),
        ("tasks", "tasks"),
        ("indicators", "indicators"),
        ("gateway", "directory"),
        ("gateway", "reporting"),
    ],
)
def test_every_api_has_a_page_for_people_that_may_have_its_style(apps, name, service):
    answer = apps[name].test_client().get(f"/api/{service}/v1/")
    assert answer.status_code == 200
    assert "style-src 'sha256-" in answer.headers["Content-Security-Policy"]
    assert "Content-Language" not in answer.headers


@pytest.mark.parametrize(
    ("name", "path"),
    [
        ("survey", "/api/survey/v1/openapi.json"),
        ("tasks", "/api/tasks/v1/openapi.json"),
        ("indicators", "/api/indicators/v1/openapi.json"),
        ("gateway", "/api/directory/v1/openapi.json"),
        ("gateway", "/api/reporting/v1/openapi.json"),
    ],
)
def test_every_published_operation_is_described_and_names_its_problems(apps, name, path):
    published = apps[name].test_client().get(path).json
    assert published["openapi"].startswith("3.1")
    for address, operations in published["paths"].items():
        for method, operation in operations.items():
            if method != "parameters":
                assert operation["summary"], f"{method} {address}"
                assert {"400", "413", "500", "503"} <= operation["responses"].keys(), f"{method} {address}"
