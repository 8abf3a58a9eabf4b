{# The published score with features on a logarithmic scale. #}
{{ config(materialized='ephemeral') }}

{{ engagement_at_cutoffs(scale='logarithmic') }}
