# docker build --build-arg PIP_EXTRA_INDEX_URL=<PyTorch's CPU wheel index> -t latent-explorer .
# docker run --rm -p 127.0.0.1:8501:8501 -v latent-runs:/home/explorer/app/runs \
#     -v latent-data:/home/explorer/app/data latent-explorer
# Without the argument the build works too, and carries the CUDA libraries.
FROM python:3.12-slim

ARG PIP_EXTRA_INDEX_URL=""
ENV PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    PIP_NO_CACHE_DIR=1 \
    PIP_DISABLE_PIP_VERSION_CHECK=1

RUN useradd --create-home --uid 1000 explorer
WORKDIR /home/explorer/app

COPY requirements.txt .
RUN pip install -r requirements.txt

COPY --chown=explorer:explorer . .
RUN mkdir -p runs data && chown explorer:explorer . runs data
USER explorer

# Inside a container the server has to listen on every interface; `-p 127.0.0.1:` above keeps it on this machine.
# With the browser's address given, Streamlit asks no outside service for one.
ENV STREAMLIT_SERVER_ADDRESS=0.0.0.0 \
    STREAMLIT_BROWSER_SERVER_ADDRESS=localhost \
    STREAMLIT_SERVER_HEADLESS=true \
    VAE_RUNS_DIR=/home/explorer/app/runs \
    VAE_CACHE_DIR=/home/explorer/app/data
EXPOSE 8501
HEALTHCHECK --interval=30s --timeout=5s --start-period=40s --retries=3 \
    CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8501/_stcore/health', timeout=4)"]
CMD ["streamlit", "run", "streamlit_app.py", "--server.port", "8501"]
