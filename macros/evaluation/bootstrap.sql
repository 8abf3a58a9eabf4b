{#
    How often a thing is drawn in a replicate of the bootstrap: a Poisson count with mean 1,
    as if each were drawn independently (Hanley and MacGibbon 2006, doi:10.1016/
    j.cmpb.2006.04.006). Two squarings modulo the prime 2^31 - 1 mix the two numbers; none
    of them leaves 64 bits.

    Args:
        thing, replicate: columns with hash_number of each.
#}
{% macro bootstrap_count(thing, replicate) -%}
    {%- set prime = 2147483647 -%}
    {%- set first = '((' ~ thing ~ ' + 7 * ' ~ replicate ~ ') % ' ~ prime ~ ')' -%}
    {%- set second = '((' ~ first ~ ' * ' ~ first ~ ' + 3 * ' ~ thing ~ ') % ' ~ prime ~ ')' -%}
    {%- set third = '((' ~ second ~ ' * ' ~ second ~ ' + ' ~ replicate ~ ') % ' ~ prime ~ ')' -%}
    (
        case
            {%- set poisson = namespace(probability=0.36787944117144233, below=0) %}
            {%- for count in range(8) %}
            {%- set poisson.below = poisson.below + poisson.probability %}
            {%- set poisson.probability = poisson.probability / (count + 1) %}
            when {{ third }} < {{ (poisson.below * prime) | int }} then {{ count }}
            {%- endfor %}
            else 8
        end
    )
{%- endmacro %}


{#
    A whole number of less than 32 bits out of a customer, a product and a decimal: for a sum
    over all pairs that tells logs apart, whichever engine adds it up.
#}
{% macro pair_hash(customer, product, decimal) -%}
    {%- set prime = 2147483647 -%}
    {%- set keys = [] -%}
    {%- for id in [customer, product] -%}
        {%- do keys.append(
            '(' ~ (id if id_type() == 'bigint' else hash_number(id)) ~ ' % ' ~ prime ~ ')'
        ) -%}
    {%- endfor -%}
    {%- set first = '((' ~ keys[0] ~ ' * 48271 + ' ~ keys[1] ~ ') % ' ~ prime ~ ')' -%}
    {%- set second = '((' ~ first ~ ' * ' ~ first ~ ' + 3 * ' ~ keys[0]
        ~ ' + cast(' ~ decimal ~ ' * 1000000 as bigint) % ' ~ prime ~ ') % ' ~ prime ~ ')' -%}
    ({{ second }} * {{ second }} + {{ keys[1] }}) % {{ prime }}
{%- endmacro %}


{#
    A number of the standard normal distribution, out of text: the sum of twelve uniform
    ones, so that no engine's own logarithm or cosine shows.
#}
{% macro normal_number(text) -%}
    {%- set numbers = [] -%}
    {%- for part in ['a', 'b', 'c'] -%}
        {%- for which in range(4) -%}
            {%- do numbers.append(hash_number("'" ~ part ~ " ' || " ~ text, which)) -%}
        {%- endfor -%}
    {%- endfor -%}
    (cast({{ numbers | join('\n            + ') }} + 6 as double) / 268435456 - 6)
{%- endmacro %}


{#
    The sum of bootstrap_count over many things, a Poisson count with their number as its
    mean, from one normal number: Cornish and Fisher's expansion (1938, doi:10.2307/1400905)
    up to the skewness. From a mean of 100 on its quantiles are the exact ones, or next to
    them.
#}
{% macro many_bootstrap_counts(count, normal) -%}
    cast(
            round(
                {{ count }} + sqrt({{ count }}) * {{ normal }}
                + ({{ normal }} * {{ normal }} - 1) / 6
            ) as bigint
        )
{%- endmacro %}
