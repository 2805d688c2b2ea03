# With its digest, so that it stays what it is; docs/operations.md says how to take another.
ARG PYTHON_IMAGE=python:3.13.15-slim@sha256:7c61056e61ac89e852de05f3dc6fa51a6dd2181797bceed46aa725dd7cb2cd3b

FROM ${PYTHON_IMAGE} AS builder

ENV PIP_NO_CACHE_DIR=1
WORKDIR /build
COPY requirements-build.txt requirements.txt ./
RUN python -m pip install --require-hashes --requirement requirements-build.txt
RUN python -m venv /opt/pilotzone
RUN /opt/pilotzone/bin/pip install --require-hashes --requirement requirements.txt
COPY pyproject.toml LICENSE ./
COPY api api
COPY cli cli
COPY migrations migrations
COPY shared shared
COPY verifier verifier
COPY web web
COPY worker worker
RUN python -m pip wheel --no-deps --no-build-isolation --wheel-dir dist .
RUN /opt/pilotzone/bin/pip install --no-deps --no-index --find-links dist pilotzone

FROM ${PYTHON_IMAGE}

RUN useradd --system --uid 10001 --home-dir /nonexistent --shell /usr/sbin/nologin pilotzone
COPY --from=builder /opt/pilotzone /opt/pilotzone
ENV PATH=/opt/pilotzone/bin:$PATH PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1
USER 10001
ENTRYPOINT ["pilotzone"]
