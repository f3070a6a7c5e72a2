"""The container image, built from the real Dockerfile and run as a careful operator would run it: `make image-test`.

    engine ─▶ deployment ─▶ tests          newsroom.py runs in a container of its own, on the same bridge
    podman    the service, its volume,
              the newsroom that it polls

Needs root, podman and the base image of `make test-deps`. Nothing listens outside this machine.
"""
