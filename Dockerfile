# Any image with Python 3.11 or newer (with venv) on PATH and shadow's useradd.
ARG BASE=docker.io/library/python:3.13-slim

FROM ${BASE} AS build
WORKDIR /src
# Equal inputs make equal files: no hash seed, no time of the build in wheels and bytecode.
ENV PYTHONHASHSEED=0 \
    PYTHONDONTWRITEBYTECODE=1 \
    SOURCE_DATE_EPOCH=315619200
# /opt/build holds pip and the build backend and stays behind; /opt/ticker holds what runs, without pip.
RUN python3 -m venv /opt/build && python3 -m venv --without-pip /opt/ticker
COPY requirements-notify.txt requirements-postgres.txt requirements-build.txt ./
COPY deploy/strip.py ./
# What compilers, translators and the packages' own tests read is a tenth of it, what debuggers read at the end of some
# wheels' modules a quarter; nothing that runs reads either.
RUN /opt/build/bin/pip install --quiet --require-hashes -r requirements-build.txt \
 && /opt/build/bin/pip wheel --quiet --require-hashes --no-build-isolation --wheel-dir /wheels \
      -r requirements-notify.txt -r requirements-postgres.txt \
 && /opt/build/bin/pip --python /opt/ticker/bin/python install --quiet --no-compile --no-deps --no-index /wheels/*.whl \
 && find /opt/ticker -type f \( -name '*.[ch]' -o -name '*.[ch]pp' -o -name '*.px[di]' -o -name '*.pyx' -o -name '*.pyi' -o -name '*.po' \) -delete \
 && find /opt/ticker/lib -depth -type d \( -name tests -o -name testing \) -exec rm -r {} + \
 && /opt/build/bin/python strip.py /opt/ticker/lib \
 && /opt/build/bin/python -m compileall -q --invalidation-mode unchecked-hash /opt/ticker/lib
COPY pyproject.toml README.md LICENSE ./
COPY ticker ticker
# Bytecode is made here, for the root file system is read-only later; it need not look at its source, which stays as it is.
RUN /opt/build/bin/pip wheel --quiet --no-deps --no-build-isolation --wheel-dir /dist . \
 && /opt/build/bin/pip --python /opt/ticker/bin/python install --quiet --no-compile --no-deps --no-index /dist/*.whl \
 && /opt/build/bin/python -m compileall -q --invalidation-mode unchecked-hash /opt/ticker/lib/python*/site-packages/ticker

FROM ${BASE}
RUN groupadd --gid 10001 ticker \
 && SOURCE_DATE_EPOCH=315619200 useradd --no-log-init --uid 10001 --gid ticker --no-create-home --home-dir /data --shell /usr/sbin/nologin ticker \
 && install -d -o ticker -g ticker -m 0750 /data
COPY --from=build /opt/ticker /opt/ticker
COPY config.yaml /etc/ticker/config.yaml
ENV PATH=/opt/ticker/bin:${PATH} \
    PYTHONUTF8=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    TICKER_CONFIG=/etc/ticker/config.yaml \
    TICKER_SERVER__HOST=0.0.0.0 \
    TICKER_STORE=sqlite:////data/ticker.db
# `make image` says which they are; they come last, for what stands below is made anew with each of them.
ARG VERSION=
ARG REVISION=
LABEL org.opencontainers.image.title="Ticker" \
      org.opencontainers.image.description="Turns the breaking-news ticker of a news page into RSS, Atom and JSON Feed" \
      org.opencontainers.image.licenses="MIT" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}"
USER 10001:10001
WORKDIR /data
VOLUME /data
EXPOSE 8000
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=30s --timeout=5s --start-period=20s CMD ["ticker", "health"]
ENTRYPOINT ["ticker"]
CMD ["run"]
