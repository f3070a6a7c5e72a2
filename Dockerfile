# Any image with Python 3.11 or newer (with venv) on PATH and shadow's useradd.
ARG BASE=docker.io/library/python:3.13-slim

FROM ${BASE} AS build
WORKDIR /src
# /opt/build holds pip and the build backend and stays behind; /opt/ticker holds what runs, without pip.
RUN python3 -m venv /opt/build && python3 -m venv --without-pip /opt/ticker
COPY requirements-notify.txt requirements-build.txt ./
RUN /opt/build/bin/pip install --quiet --require-hashes -r requirements-build.txt \
 && /opt/build/bin/pip wheel --quiet --require-hashes --no-build-isolation --wheel-dir /wheels -r requirements-notify.txt \
 && /opt/build/bin/pip --python /opt/ticker/bin/python install --quiet --no-deps --no-index /wheels/*.whl
COPY pyproject.toml README.md LICENSE ./
COPY ticker ticker
RUN /opt/build/bin/pip wheel --quiet --no-deps --no-build-isolation --wheel-dir /dist . \
 && /opt/build/bin/pip --python /opt/ticker/bin/python install --quiet --no-deps --no-index /dist/*.whl

FROM ${BASE}
LABEL org.opencontainers.image.title="Ticker" \
      org.opencontainers.image.description="Turns the breaking-news ticker of a news page into RSS, Atom and JSON Feed" \
      org.opencontainers.image.licenses="MIT"
RUN groupadd --gid 10001 ticker \
 && useradd --no-log-init --uid 10001 --gid ticker --no-create-home --home-dir /data --shell /usr/sbin/nologin ticker \
 && install -d -o ticker -g ticker -m 0750 /data
COPY --from=build /opt/ticker /opt/ticker
COPY config.yaml /etc/ticker/config.yaml
ENV PATH=/opt/ticker/bin:${PATH} \
    PYTHONUTF8=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    TICKER_CONFIG=/etc/ticker/config.yaml \
    TICKER_SERVER__HOST=0.0.0.0 \
    TICKER_STORE=sqlite:////data/ticker.db
USER 10001:10001
WORKDIR /data
VOLUME /data
EXPOSE 8000
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=30s --timeout=5s --start-period=20s CMD ["ticker", "health"]
ENTRYPOINT ["ticker"]
CMD ["run"]
