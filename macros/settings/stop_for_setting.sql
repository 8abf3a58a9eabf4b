{# Stops at a setting that the engine does not support, with the sentence of scripts/settings. #}
{% macro stop_for_setting(name, value, expected) %}
    {{ exceptions.raise_compiler_error(
        'Setting ' ~ name ~ ' = ' ~ value ~ ': expected ' ~ expected
        ~ '. Correct it in the mapping file or in --vars.'
    ) }}
{% endmacro %}
