{# The published score, as in `customers`. #}
{{ config(materialized='ephemeral') }}

{{ engagement_at_cutoffs() }}
