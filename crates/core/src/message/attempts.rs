//! The lines of the attempt log (music: "Example Output (with reflection)"). For logs: they name
//! parameters and are never shown as messages.

use super::Messages;
use crate::event::{Amendment, Attempt};
use crate::prelude::*;
use crate::request::Language::{En, Zh};
use ima_wire::envelope::Refusal;

impl Messages {
    /// A create request was refused, and will be amended or not.
    pub(crate) fn refused(
        &self,
        number: u8,
        refusal: Refusal,
        amendment: Option<Amendment>,
    ) -> Attempt {
        let said = if refusal.detail.is_empty() {
            refusal.code.to_string()
        } else {
            refusal.detail
        };
        let mut text = match self.language {
            Zh => format!("❌ [尝试 {number}] {said}"),
            En => format!("❌ [Attempt {number}] {said}"),
        };
        if let Some(amendment) = &amendment {
            let mut steps: Vec<String> = Vec::new();
            if amendment.fetched {
                steps.push(match self.language {
                    Zh => "重新获取价格".to_owned(),
                    En => "fetched the prices again".to_owned(),
                });
            }
            if amendment.defaults {
                steps.push(match self.language {
                    Zh => "使用模型的默认配置".to_owned(),
                    En => "using the model's default configuration".to_owned(),
                });
            }
            if !amendment.removed.is_empty() {
                let removed = amendment.removed.join(", ");
                steps.push(match self.language {
                    Zh => format!("移除不支持的参数: {removed}"),
                    En => format!("removed unsupported parameters: {removed}"),
                });
            }
            if steps.is_empty() {
                steps.push(match self.language {
                    Zh => "再试一次".to_owned(),
                    En => "trying again".to_owned(),
                });
            }
            text.push_str(" → ");
            text.push_str(&steps.join(match self.language {
                Zh => "，",
                En => ", ",
            }));
        }
        Attempt {
            number,
            code: Some(refusal.code),
            amendment,
            text,
        }
    }

    /// A create request was accepted.
    pub(crate) fn accepted(&self, number: u8) -> Attempt {
        Attempt {
            number,
            code: None,
            amendment: None,
            text: match self.language {
                Zh => format!("✅ [尝试 {number}] 成功"),
                En => format!("✅ [Attempt {number}] Accepted"),
            },
        }
    }
}
