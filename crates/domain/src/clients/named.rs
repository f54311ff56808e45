//! Enumerations whose members have registered names.

/// Declares an enumeration whose members have registered names.
macro_rules! named {
    ($(#[$doc:meta])* $name:ident { $($(#[$member_doc:meta])* $member:ident = $text:literal,)+ }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum $name { $($(#[$member_doc])* $member,)+ }

        impl $name {
            /// Its name on the wire and in the column.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$member => $text,)+ }
            }
        }

        impl std::str::FromStr for $name {
            type Err = $crate::keys::UnknownValue;

            fn from_str(text: &str) -> Result<Self, $crate::keys::UnknownValue> {
                match text { $($text => Ok(Self::$member),)+ _ => Err($crate::keys::UnknownValue) }
            }
        }
    };
}

pub(crate) use named;
