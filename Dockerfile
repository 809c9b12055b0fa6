# One image for every process of ours; which one it is, its command says (`cchc run survey-web`). The door is nginx with
# the tablet's files. Build it by `make images`, which makes the pages first: they are copied, not built, in here.
ARG BASE_IMAGE=python:3.11-slim-bookworm
ARG DOOR_IMAGE=nginx:1.28-bookworm

FROM ${BASE_IMAGE} AS built
ENV UV_PYTHON_DOWNLOADS=never UV_LINK_MODE=copy UV_COMPILE_BYTECODE=1
WORKDIR /app
RUN python3 -m venv /uv && /uv/bin/pip install --quiet --no-cache-dir "uv>=0.9"
COPY pyproject.toml uv.lock README.md LICENSE ./
RUN /uv/bin/uv sync --quiet --frozen --no-install-project --no-cache
COPY services services
COPY cchc cchc
COPY packs packs
RUN /uv/bin/uv sync --quiet --frozen --no-cache \
 && .venv/bin/python -m compileall -q services cchc \
 && test -f services/survey/kiosk/dist/index.html && test -d services/gateway/portal/static/vendor

FROM ${BASE_IMAGE} AS app
# pg_dump and pg_restore, for `cchc backup` and `cchc restore`.
RUN apt-get update -qq && apt-get install -y -qq --no-install-recommends postgresql-client \
 && rm -rf /var/lib/apt/lists/* /var/cache/apt/*.bin
RUN useradd --system --uid 10001 --no-create-home --home-dir /nonexistent cchc && install -d -o cchc -m 0700 /data /backups
COPY --from=built /app /app
WORKDIR /app
ENV PATH=/app/.venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 MALLOC_ARENA_MAX=2 CCHC_DATA=/data CCHC_PROFILE=distributed
USER cchc
VOLUME ["/data", "/backups"]
ENTRYPOINT ["cchc"]

FROM ${DOOR_IMAGE} AS door
COPY infra/proxy/*.conf /etc/nginx/
COPY services/survey/kiosk/dist /srv/kiosk
EXPOSE 8080
CMD ["nginx", "-g", "daemon off;"]
