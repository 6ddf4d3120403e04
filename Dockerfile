# syntax=docker/dockerfile:1

FROM rust:1.95-bookworm AS build
WORKDIR /src
COPY . .
RUN --mount=type=cache,target=/usr/local/cargo/registry \
    --mount=type=cache,target=/src/target \
    cargo xtask release && cp target/deskbridge /deskbridge

FROM debian:bookworm-slim
RUN apt-get update \
    && apt-get install --yes --no-install-recommends ca-certificates \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --system --uid 10001 --no-create-home deskbridge \
    && install --directory --owner deskbridge --mode 0700 /var/lib/deskbridge/data
COPY --from=build /deskbridge /usr/local/bin/deskbridge

# The product's defaults are relative to here: database and keys in `data`, manifests in `integrations`.
WORKDIR /var/lib/deskbridge
VOLUME /var/lib/deskbridge/data
USER deskbridge
ENV DESKBRIDGE_LISTEN=0.0.0.0:3000
EXPOSE 3000
ENTRYPOINT ["deskbridge"]
CMD ["serve"]
