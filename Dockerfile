# The studio for a team: docker build -t finetune-studio . (see docs/deploying.md)
FROM python:3.11-slim

# cpu, a CUDA version that uv knows (cu130), or auto
ARG TORCH_BACKEND=cpu

RUN pip install --no-cache-dir uv && useradd --create-home --uid 1000 studio \
    && install --directory --owner=studio --group=studio /data

WORKDIR /app
# The libraries first: a change of the studio itself does not fetch them anew.
COPY pyproject.toml constraints.txt ./
RUN uv pip install --system --no-cache --torch-backend "$TORCH_BACKEND" --constraint constraints.txt -r pyproject.toml

COPY README.md ./
COPY assets assets
COPY studio studio
RUN uv pip install --system --no-cache --no-deps . && rm -rf /app/*

USER studio
WORKDIR /data
VOLUME /data
# Without STUDIO_PASSWORD it says so and ends: beyond this machine the page opens with a password only.
ENV STUDIO_HOME=/data STUDIO_HOST=0.0.0.0 STUDIO_PORT=7860 PYTHONUNBUFFERED=1
EXPOSE 7860
HEALTHCHECK --interval=30s --timeout=5s --start-period=60s \
    CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:7860/healthz', timeout=4)"]
STOPSIGNAL SIGINT
CMD ["studio", "ui", "--no-browser"]
