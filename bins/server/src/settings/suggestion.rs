//! The known name that is nearest to one that nobody knows.

/// How alike two names have to be, from 0 for not at all to 1 for the same.
const ALIKE: f64 = 0.6;

/// "did you mean …?", or where to find the names if none is near.
pub(crate) fn for_unknown(name: &str, known: impl Iterator<Item = String>) -> String {
    let rated = known.map(|candidate| (likeness(name, &candidate), candidate));
    let best = rated.max_by(|(a, _), (b, _)| a.total_cmp(b));
    match best {
        Some((likeness, candidate)) if likeness >= ALIKE => {
            format!("there is no such setting. Did you mean `{candidate}`?")
        }
        Some(_) | None => {
            "there is no such setting. `authly-server config show` lists them".to_owned()
        }
    }
}

/// Compares the whole paths, and the last parts, which count where someone forgot the section.
fn likeness(name: &str, candidate: &str) -> f64 {
    let last = |path: &str| path.rsplit(['.']).next().unwrap_or_default().to_owned();
    let whole = strsim::normalized_damerau_levenshtein(name, candidate);
    let ends = strsim::normalized_damerau_levenshtein(&last(name), &last(candidate));
    whole.max(ends * 0.9)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn suggestion(name: &str) -> String {
        let known = ["listen.address", "listen.workers", "tokens.code_lifetime"];
        for_unknown(name, known.into_iter().map(str::to_owned))
    }

    #[test]
    fn a_typing_error_and_a_forgotten_section_lead_to_the_name_that_was_meant() {
        for name in ["listen.adress", "lisen.address", "address"] {
            assert!(suggestion(name).ends_with("Did you mean `listen.address`?"));
        }
        assert!(suggestion("code_lifetime").contains("`tokens.code_lifetime`"));
    }

    #[test]
    fn a_name_that_is_like_none_leads_to_the_list() {
        assert!(suggestion("colour").contains("config show"));
    }
}
